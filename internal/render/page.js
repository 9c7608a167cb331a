
"use strict";
(() => {
  // Tables: a click on a header sorts by its column, as numbers if all of its values are.
  const number = (text) => (text.trim() === "" ? NaN : Number(text));
  const value = (cell) => cell.dataset.value ?? cell.textContent.trim();
  const sort = (th) => {
    const table = th.closest("table"), body = table.tBodies[0];
    const column = th.cellIndex, rows = [...body.rows];
    const missing = (row) => row.cells[column].matches(".hidden, .none");
    const numeric = rows.every((row) => missing(row) || !Number.isNaN(number(value(row.cells[column]))));
    const first = numeric && !th.dataset.ascending ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = th.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    rows.sort((a, b) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const x = value(a.cells[column]), y = value(b.cells[column]);
      return sign * (numeric ? number(x) - number(y) : x.localeCompare(y));
    });
    body.append(...rows);
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", order);
  };
  for (const th of document.querySelectorAll("table.sortable thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    button.addEventListener("click", () => sort(th));
    th.append(button);
  }

  // Light and dark: the button changes what the system says.
  const root = document.documentElement, toggle = document.querySelector("button.theme");
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => { toggle.textContent = dark() ? "Light" : "Dark"; toggle.setAttribute("aria-label", dark() ? "Switch to light colors" : "Switch to dark colors"); };
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    label();
  }
  const print = document.querySelector("button.print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  // What is folded is printed too.
  let folded = [];
  addEventListener("beforeprint", () => { folded = [...document.querySelectorAll("details:not([open])")]; for (const d of folded) d.open = true; });
  addEventListener("afterprint", () => { for (const d of folded) d.open = false; });
})();
