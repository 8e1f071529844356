// The page's policy lets no text be parsed as HTML. Leaflet asks once, with this constant, whether
// the browser draws SVG; that question is admitted and nothing else is.
if (window.trustedTypes) {
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => {
      if (text === "<svg/>") {
        return text;
      }
      throw new TypeError("No text is parsed as HTML on this page.");
    },
  });
}
