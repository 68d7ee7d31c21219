// Warns before typed values are left behind, and lets one press of a save button count once.
// <form data-guard> ... <span data-unsaved hidden>Unsaved changes</span> ... </form>
"use strict";

(() => {
  const dirty = new Set();
  const submitting = new Set();
  const pressed = new Set();
  const PRESS_COUNTS_ONCE = 4000;

  const show = (form) => {
    form.querySelectorAll("[data-unsaved]").forEach((mark) => { mark.hidden = !dirty.has(form); });
  };

  const guarded = (event) => event.target.closest?.("form[data-guard]");

  const touched = (event) => {
    const form = guarded(event);
    if (!form) return;
    submitting.delete(form);
    if (dirty.has(form)) return;
    dirty.add(form);
    show(form);
  };

  document.addEventListener("input", touched);
  document.addEventListener("change", touched);

  document.addEventListener("submit", (event) => {
    // <form data-leave>: to leave what was typed is the very point of it.
    if (event.target.matches?.("form[data-leave]")) dirty.clear();
    const form = guarded(event);
    if (!form || event.defaultPrevented) return;
    if (pressed.has(form)) event.preventDefault();
    submitting.add(form);
    pressed.add(form);
    // A save that hangs may be tried again; the server refuses a true duplicate.
    setTimeout(() => pressed.delete(form), PRESS_COUNTS_ONCE);
  });

  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected && !submitting.has(form))) event.preventDefault();
  });

  // A page brought back by the Back button may be saved again.
  window.addEventListener("pageshow", () => { submitting.clear(); pressed.clear(); });

  // Values restored by the server from the journal are unsaved from the start.
  document.querySelectorAll("form[data-guard][data-restored]").forEach((form) => { dirty.add(form); show(form); });
})();
