
"use strict";
(() => {
  // Colors are those of the page, so that a chart follows the light or dark scheme.
  const config = {
    background: null,
    font: "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif",
    view: { stroke: null },
    axis: {
      labelColor: "var(--muted)", titleColor: "var(--muted)", titleFontWeight: 500, titlePadding: 10,
      labelFontSize: 12, titleFontSize: 12, domainColor: "var(--line)", tickColor: "var(--line)", gridColor: "var(--grid)", labelLimit: 260,
    },
    legend: { orient: "top", title: null, labelColor: "var(--ink)", labelFontSize: 12, symbolType: "square", columns: innerWidth < 640 ? 2 : 5, labelLimit: 220 },
    header: { labelColor: "var(--ink)", labelFontSize: 13, labelFontWeight: 600 },
    text: { color: "var(--ink)", fontSize: 12 },
    rule: { color: "var(--muted)" },
  };
  const options = {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, config,
    tooltip: { disableDefaultStyle: true },
  };
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const drawn = Object.entries(charts).map(([id, spec]) => {
    const place = document.getElementById(id);
    return vegaEmbed(place, spec, options).then(() => place.classList.add("drawn"));
  });
  Promise.all(drawn).then(() => { document.documentElement.dataset.charts = "drawn"; });
})();
