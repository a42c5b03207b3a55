"use strict";
(() => {
  const table = document.getElementById("contacts");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const names = [...document.querySelectorAll(".names li")];
  const tools = document.getElementById("tools");
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;

  const key = (row, column) => {
    const cell = row.cells[column];
    return column === 0 ? cell.textContent : cell.dataset.v;
  };
  const sort = (head, column) => {
    const fallsFirst = head.hasAttribute("data-falls");
    const now = head.getAttribute("aria-sort");
    const falls = now ? now === "ascending" : fallsFirst;
    const sign = falls ? -1 : 1;
    const keyed = rows.map((row) => [key(row, column), row]);
    keyed.sort(([a], [b]) => {
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
      return sign * (column === 0 ? inOrder(a, b) : a - b);
    });
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const sorted = document.createDocumentFragment();
    for (const [, row] of keyed) sorted.append(row);
    body.append(sorted);
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });

  let texts;
  const look = () => {
    texts ??= [...rows, ...names].map((it) => [
      (it.cells ? it.cells[0] : it).textContent.toLowerCase(), it]);
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const [text, it] of texts) {
      const hide = !text.includes(wanted);
      if (it.hidden !== hide) it.hidden = hide;
      if (!hide) count += 1;
    }
    found.textContent = wanted ? `${count} of ${texts.length}` : "";
    const others = document.getElementById("untouched");
    if (others && wanted) others.open = names.some((it) => !it.hidden);
  };
  search.addEventListener("input", look);
  tools.hidden = false;
})();
