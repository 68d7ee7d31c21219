// What a form page does as one types. Driven by data attributes only; every text comes from the server.
// The attributes are listed in docs/pages.md.
"use strict";

(() => {
  const named = (form, name) => [...form.elements].filter((input) => input.name === name);
  const chosen = (inputs) => inputs.filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked);
  const values = (form, name) => chosen(named(form, name)).map((input) => input.value.trim()).filter(Boolean);
  const within = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

  // data-asked-if="vsperf=N|U": hidden while not asked, but never while it holds an answer.
  const answered = (item) => {
    const inputs = [...item.querySelectorAll("input, select, textarea")].filter((input) => input.name && input.type !== "hidden");
    return chosen(inputs).some((input) => input.value.trim() !== "");
  };

  const askedIf = (root) => within(root, "[data-asked-if]").forEach((item) => {
    const [name, wanted] = item.dataset.askedIf.split("=");
    const form = item.closest("form");
    if (!form) return;
    const asked = values(form, name).some((value) => wanted.split("|").includes(value));
    item.hidden = !asked && !answered(item);
  });

  // A section none of whose items is asked shows no heading.
  const sections = () => document.querySelectorAll("form .form-section").forEach((section) => {
    const items = [...section.querySelectorAll("[data-item]")];
    section.hidden = items.length > 0 && items.every((item) => item.hidden);
  });

  // data-low, data-high, data-outside: says so beside the value, keeps it.
  const expected = (input) => {
    const spot = input.closest("[data-item], td, .item")?.querySelector("[data-warning]");
    if (!spot) return;
    const typed = input.value.trim();
    const number = typed === "" ? NaN : Number(typed);
    const low = input.dataset.low ? Number(input.dataset.low) : -Infinity;
    const high = input.dataset.high ? Number(input.dataset.high) : Infinity;
    const text = number < low || number > high ? (input.dataset.outside ?? "") : "";
    if (spot.textContent !== text) spot.textContent = text;
  };

  // data-missing-for: an item with a reason for its absence looks put aside. Its value stays.
  const missing = (select) => select.closest("[data-item], .item")?.classList.toggle("is-missing", select.value !== "");

  // data-sum="talk chew": the total of what is answered so far; data-sum-text="{total} ({n} of {m} answered)".
  const sums = (root) => within(root, "[data-sum]").forEach((output) => {
    const names = output.dataset.sum.split(" ");
    const numbers = names.flatMap((name) => values(output.closest("form"), name).slice(0, 1)).map(Number).filter(Number.isFinite);
    const figures = { total: numbers.reduce((sum, number) => sum + number, 0), n: numbers.length, m: names.length };
    output.textContent = output.dataset.sumText.replace(/\{(total|n|m)\}/g, (_, figure) => figures[figure]);
  });

  const prepare = (root) => {
    askedIf(root);
    sections();
    within(root, "[data-low], [data-high]").forEach(expected);
    within(root, "[data-missing-for]").forEach(missing);
    sums(root);
  };

  const changed = (event) => {
    const form = event.target.form;
    if (!form) return;
    if (event.target.matches("[data-low], [data-high]")) expected(event.target);
    if (event.target.matches("[data-missing-for]")) missing(event.target);
    askedIf(form);
    sections();
    sums(form);
  };

  // Setting a value by script must look like typing to the guard and the journal.
  const announce = (input) => {
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // data-digits on the group, data-key on each radio: the digit printed beside a choice picks it.
  const digit = (event) => {
    const radio = event.target;
    if (radio.type !== "radio" || event.ctrlKey || event.altKey || event.metaKey || !radio.closest("[data-digits]")) return;
    const match = named(radio.form, radio.name).find((other) => other.dataset.key === event.key);
    if (!match) return;
    event.preventDefault();
    match.checked = true;
    match.focus();
    announce(match);
  };

  const saveKey = (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const button = document.querySelector("form [data-save]");
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  };

  // data-add-row="prefix": a copy of <template data-row-template="prefix">, with the next key in place of __key__.
  const addRow = (button) => {
    const prefix = button.dataset.addRow;
    const form = button.closest("form");
    const total = form.querySelector(`[data-row-total="${prefix}"]`);
    const holder = document.createElement("template");
    holder.innerHTML = form.querySelector(`[data-row-template="${prefix}"]`).innerHTML.replaceAll("__key__", total.value);
    const row = holder.content.firstElementChild;
    form.querySelector(`[data-rows="${prefix}"]`).append(row);
    total.value = Number(total.value) + 1;
    prepare(row);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  };

  // data-set-date="id:YYYY-MM-DD"
  const setDate = (button) => {
    const [id, date] = button.dataset.setDate.split(":");
    const input = document.getElementById(id);
    input.value = date;
    announce(input);
    input.focus();
  };

  // On a form of the casebook Enter goes to the next answer, past the other choices of this one and what stands beside
  // them; saving takes its button or its own keys.
  const FIELDS = "input:not([type=hidden]), select, textarea, button";
  const BESIDE = ".item-missing, .choice-clear";
  const chosenOf = (field) => (field?.type === "radio" && named(field.form, field.name).find((radio) => radio.checked)) || field;
  const enter = (event) => {
    const here = event.target;
    if (event.key !== "Enter" || !here.form?.matches("[data-journal-url]") || !here.matches("input")) return;
    event.preventDefault();
    const isNext = (field) => field.offsetParent && field.tabIndex >= 0 && !field.matches(BESIDE) && (field.type !== "radio" || field.name !== here.name);
    const fields = [...here.form.querySelectorAll(FIELDS)].filter((field) => field === here || isNext(field));
    chosenOf(fields[fields.indexOf(here) + 1])?.focus();
  };

  // The page opens where the work is: at what was refused, else at the first field.
  const begin = () => {
    if (location.hash) return;
    const refused = document.querySelector("form .is-invalid, form [aria-invalid=true]");
    const first = document.querySelector("form[data-journal-url] [data-item]:not([hidden]) :is(input, select, textarea)");
    const target = refused ?? first;
    // Of a group that is answered, the answer: a stray Space beside it would change it.
    chosenOf(target)?.focus();
  };

  // data-clear="name": takes back a choice.
  const clear = (button) => {
    const inputs = named(button.form, button.dataset.clear);
    inputs.forEach((input) => { input.checked = false; });
    if (inputs[0]) { announce(inputs[0]); inputs[0].focus(); }
  };

  // data-close-panel="id": empties the panel, by its button or by Escape, and gives the focus back.
  let opener = null;
  const closePanel = (button) => {
    const panel = button && document.getElementById(button.dataset.closePanel);
    if (!panel || !panel.childElementCount) return;
    // Escape does not throw away what is being typed there; the button does.
    if ([...panel.querySelectorAll("textarea")].some((area) => area.value.trim()) && !button.matches(":focus")) return;
    panel.replaceChildren();
    opener?.focus();
  };
  document.addEventListener("htmx:beforeRequest", (event) => { opener = event.target; });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "side-panel") event.target.focus(); });

  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("keydown", (event) => {
    digit(event);
    saveKey(event);
    enter(event);
    if (event.key === "Escape") closePanel(document.querySelector("[data-close-panel]"));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-add-row], [data-set-date], [data-clear], [data-close-panel]");
    if (button?.dataset.addRow) addRow(button);
    if (button?.dataset.setDate) setDate(button);
    if (button?.dataset.clear) clear(button);
    if (button?.dataset.closePanel) closePanel(button);
  });
  document.addEventListener("htmx:load", (event) => prepare(event.target));
  prepare(document);
  begin();
})();
