"use strict";
(() => {
  const table = document.getElementById("contacts");
  if (!table) return;
  const more = document.getElementById("more");
  const first = table.tBodies[0];
  const others = more && more.querySelector("tbody");
  const rows = [...first.rows, ...(others ? others.rows : [])];
  const most = first.rows.length;
  const names = [...document.querySelectorAll(".names li")];
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  let ordered = rows;
  let listed = rows;

  const put = (body, some) => {
    const fragment = document.createDocumentFragment();
    for (const row of some) fragment.append(row);
    body.replaceChildren(fragment);
  };
  // What is folded away is put in order once it is looked at.
  const unfold = () => { if (more.open) put(others, listed.slice(most)); };

  let texts;
  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    texts ??= new Map([...rows, ...names].map((it) =>
      [it, (it.cells ? it.cells[0] : it).textContent.toLowerCase()]));
    const holds = (it) => texts.get(it).includes(wanted);
    listed = wanted ? ordered.filter(holds) : ordered;
    put(first, listed.slice(0, most));
    if (more) {
      more.hidden = listed.length <= most;
      more.firstElementChild.textContent = `${listed.length - most} more`;
      unfold();
    }
    let count = listed.length;
    for (const name of names) {
      name.hidden = !holds(name);
      if (!name.hidden) count += 1;
    }
    const untouched = document.getElementById("untouched");
    if (untouched && wanted) untouched.open = count > listed.length;
    found.textContent = wanted ? `${count} of ${texts.size}` : "";
  };

  const sort = (head, column) => {
    const now = head.getAttribute("aria-sort");
    const falls = now ? now === "ascending" : head.hasAttribute("data-falls");
    const sign = falls ? -1 : 1;
    const key = ({ cells: { [column]: cell } }) => column ? cell.dataset.v : cell.textContent;
    const keyed = rows.map((row) => [key(row), row]);
    keyed.sort(([a], [b]) => {
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
      return sign * (column ? a - b : inOrder(a, b));
    });
    ordered = keyed.map(([, row]) => row);
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    show();
  };

  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });
  search.addEventListener("input", show);
  if (more) more.addEventListener("toggle", unfold);
  document.getElementById("tools").hidden = false;
})();
