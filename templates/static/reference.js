// Shows the API's document; nothing is loaded from elsewhere, and no validator is asked.
const place = document.getElementById("main");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: false,
  supportedSubmitMethods: ["get", "post", "put", "patch", "delete"],
  tagsSorter: "alpha",
  validatorUrl: null,
});
