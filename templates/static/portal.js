// Small comforts; every page works without them.
"use strict";

// “Copy” buttons appear only where the browser can copy.
function showCopyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const before = button.textContent;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.from).textContent);
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1500);
});

// A part with data-watch is fetched again until the server no longer asks for it. Only that part
// is replaced, so a form that somebody fills in below it stays as it is.
async function watch() {
  const part = document.querySelector("[data-watch]");
  if (!part) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) return; // logged out meanwhile
    part.replaceWith(document.adoptNode(fresh));
    showCopyButtons();
  } catch (error) {
    console.warn("could not look again", error);
  }
  setTimeout(watch, 3000);
}

showCopyButtons();
setTimeout(watch, 3000);
