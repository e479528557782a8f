"""What a person sees of a page: its forms, links, texts and colours, read with the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


@dataclass(slots=True, kw_only=True)
class Form:
    """One form: where it posts to and the values it would send untouched."""

    action: str
    method: str
    id: str
    fields: dict[str, str] = field(default_factory=dict)
    #: Options of each select, in order.
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Document:
    """The parts of a page that a client reads."""

    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    title: str = ""
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._select = ""
        self._option: str | None = None
        self._area = ""
        self._link: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, values.get("id", "")))
        if tag == "form":
            self._form = Form(
                action=values.get("action", ""),
                method=values.get("method", "get").lower(),
                id=values.get("id", ""),
            )
            self.document.forms.append(self._form)
        elif tag == "a" and "href" in values:
            self._link = values["href"]
            self.document.links.append((self._link, ""))
        elif tag == "link" and "stylesheet" in values.get("rel", "").lower():
            self.document.sheets.append(values.get("href", ""))
        elif self._form is not None:
            self._control(tag, values)
        if tag == "input" and values.get("id"):
            self.document.texts.setdefault(values["id"], values.get("value", ""))

    def _control(self, tag: str, values: dict[str, str]) -> None:
        assert self._form is not None
        name = values.get("name", "")
        if tag == "input" and name:
            kind = values.get("type", "text").lower()
            if kind in ("checkbox", "radio"):
                if "checked" in values:
                    self._form.fields[name] = values.get("value", "on")
            elif kind not in ("submit", "button", "image", "file"):
                self._form.fields[name] = values.get("value", "")
        elif tag == "textarea" and name:
            self._area = name
            self._form.fields[name] = ""
        elif tag == "select" and name:
            self._select = name
            self._form.options[name] = []
        elif tag == "option" and self._select:
            self._option = values.get("value", "")
            self._form.options[self._select].append((self._option, ""))
            if "selected" in values or self._select not in self._form.fields:
                self._form.fields[self._select] = self._option

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self._open):
            return
        while self._open:
            name, _ = self._open.pop()
            if name == tag:
                break
        if tag == "form":
            self._form = None
        elif tag == "a":
            self._link = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "option":
            self._option = None

    def handle_data(self, data: str) -> None:
        within = {name for name, _ in self._open}
        if within & {"script", "style"}:
            return
        if "title" in within:
            self.document.title += data
        if self._area and self._form is not None:
            self._form.fields[self._area] += data
        if self._option is not None and self._form is not None:
            options = self._form.options[self._select]
            options[-1] = (options[-1][0], (options[-1][1] + data).strip())
        if self._link is not None:
            href, words = self.document.links[-1]
            self.document.links[-1] = (href, f"{words} {data.strip()}".strip())
        for _, identity in self._open:
            if identity:
                known = self.document.texts.get(identity, "")
                self.document.texts[identity] = known + data
        self._words.append(data)

    def finish(self) -> Document:
        self.document.text = " ".join(" ".join(self._words).split())
        self.document.title = self.document.title.strip()
        self.document.texts = {k: " ".join(v.split()) for k, v in self.document.texts.items()}
        return self.document


def read_document(html: str) -> Document:
    """Parse a page, however badly it is formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finish()
