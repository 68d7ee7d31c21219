// The monitor's split screen: one key to the next answer to verify, one tick for a section.
// Without it Next is a link and a section's tick is expanded by the server.
"use strict";

(() => {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  const ticks = (root) => [...root.querySelectorAll("[data-tick]")];

  // A section's tick stands while all of its answers are ticked.
  const follow = (section) => {
    const head = section.querySelector("[data-tick-section]");
    if (!head) return;
    const all = ticks(section);
    head.checked = all.every((tick) => tick.checked);
    head.indeterminate = !head.checked && all.some((tick) => tick.checked);
  };

  form.addEventListener("change", (event) => {
    const section = event.target.closest("[data-section]");
    if (!section) return;
    if (event.target.matches("[data-tick-section]")) ticks(section).forEach((tick) => { tick.checked = event.target.checked; });
    follow(section);
  });

  // The first answer after the present one that is required and not ticked; from the top again after the last.
  const next = () => {
    const wanted = [...form.querySelectorAll("[data-wanted]")].filter((tick) => !tick.checked);
    const here = document.activeElement;
    const after = wanted.find((tick) => here.compareDocumentPosition(tick) & Node.DOCUMENT_POSITION_FOLLOWING);
    return (form.contains(here) && after) || wanted.find((tick) => tick !== here) || wanted[0];
  };

  const link = form.querySelector("[data-next]");
  const isTicked = () => ticks(form).some((tick) => tick.checked !== tick.defaultChecked);

  // With nothing left here: to the button that saves what was ticked, else on to the next form.
  const go = () => {
    const tick = next();
    if (tick) {
      tick.focus();
      tick.scrollIntoView({ block: "center" });
    } else if (isTicked() || !link?.dataset.following) {
      form.querySelector("[data-save]").focus();
    } else {
      location.assign(link.dataset.following);
    }
  };

  link?.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (event.key.toLowerCase() !== "n" || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go();
  });

  form.querySelectorAll("[data-section]").forEach(follow);
  if (!location.hash && !document.querySelector("[aria-invalid=true]")) next()?.focus({ preventScroll: true });
})();
