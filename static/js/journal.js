// Keeps on the server what is being typed, so that a dead session, browser or network loses at most one second.
// <form data-journal-url data-journal-token> POSTs {"token", "values": {name: value}}; several choices give a list.
// 200 {"at": "10:32 +08:00"} is kept; 401 is signed out; other refusals are said; anything else is tried again.
"use strict";

(() => {
  const PAUSE = 600;
  const LONGEST = 1000;
  const RETRY_FIRST = 1000;
  const RETRY_LAST = 30000;
  const KEEPALIVE_MOST = 16000;

  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

  // Signing in again changes the token: whatever this page sends from then on must follow.
  const csrf = () => {
    const fields = document.querySelectorAll("[name=csrfmiddlewaretoken]");
    const fresh = cookie("csrftoken");
    if (!fresh) return fields[0]?.value ?? "";
    fields.forEach((field) => { field.value = fresh; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh }));
    return fresh;
  };

  const valueOf = (form, name) => {
    const inputs = [...form.elements].filter((input) => input.name === name);
    const [first] = inputs;
    if (first.type === "select-multiple") return [...first.selectedOptions].map((option) => option.value);
    if (first.type === "radio") return inputs.find((input) => input.checked)?.value ?? "";
    if (first.type === "checkbox") {
      const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
      return first.closest("[data-several]") ? ticked : (ticked[0] ?? "");
    }
    return first.value;
  };

  class Journal {
    constructor(form) {
      this.form = form;
      this.state = form.querySelector("[data-journal-state]");
      this.notice = form.querySelector("[data-journal-notice]");
      this.unsent = new Set();
      this.since = 0;
      this.retry = RETRY_FIRST;
      this.running = null;
      this.trouble = "";
      this.leaving = false;
    }

    listen() {
      for (const kind of ["input", "change"]) this.form.addEventListener(kind, (event) => this.typed(event.target));
      this.form.addEventListener("submit", (event) => this.beforeSave(event));
      window.addEventListener("online", () => this.again());
      window.addEventListener("focus", () => this.again());
      window.addEventListener("pagehide", () => this.lastWords());
      document.addEventListener("visibilitychange", () => { if (document.hidden && !this.trouble) this.send(); });
      window.addEventListener("pageshow", () => { this.leaving = false; });
    }

    typed(input) {
      if (!input.name || ["file", "hidden"].includes(input.type)) return;
      if (!this.unsent.size) this.since = Date.now();
      this.unsent.add(input.name);
      this.leaving = false;
      if (!this.trouble) this.schedule(Math.max(0, Math.min(PAUSE, this.since + LONGEST - Date.now())));
    }

    schedule(delay) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), delay);
    }

    again() {
      if (!this.trouble || !this.unsent.size) return;
      this.retry = RETRY_FIRST;
      this.schedule(0);
    }

    request(names) {
      const body = JSON.stringify({
        token: this.form.dataset.journalToken,
        values: Object.fromEntries(names.map((name) => [name, valueOf(this.form, name)])),
      });
      return {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body,
        // Outlives the page; browsers allow that for small bodies only.
        keepalive: body.length < KEEPALIVE_MOST,
      };
    }

    // One request at a time, so that what was typed later is never overtaken.
    send() {
      this.running ??= this.post().finally(() => { this.running = null; });
      return this.running;
    }

    async post() {
      clearTimeout(this.timer);
      const names = [...this.unsent].filter((name) => this.form.elements[name]);
      this.unsent.clear();
      if (!names.length) return "";
      let status = 0;
      let answer = {};
      try {
        const response = await fetch(this.form.dataset.journalUrl, this.request(names));
        // A redirect to the sign-in page is not followed: it means the same as 401.
        status = response.type === "opaqueredirect" ? 401 : response.status;
        answer = response.ok ? await response.json() : {};
      } catch {
        status = 0;
      }
      this.heard(status, answer, names);
      return this.trouble;
    }

    heard(status, answer, names) {
      if (status === 200) return this.kept(answer);
      if ([400, 404, 409, 413, 422].includes(status)) return this.refused();
      names.forEach((name) => this.unsent.add(name));
      this.tell(status === 401 ? "signedOut" : "offline");
      this.schedule(this.retry);
      this.retry = Math.min(RETRY_LAST, this.retry * 2);
    }

    kept(answer) {
      this.trouble = "";
      this.retry = RETRY_FIRST;
      this.notice.hidden = true;
      this.state.textContent = this.state.dataset.textKept.replace("{time}", answer.at);
      if (this.unsent.size) {
        this.since = Date.now();
        this.schedule(PAUSE);
      }
    }

    // The save itself will say why; it must not be held up.
    refused() {
      this.tell("refused");
      this.trouble = "";
    }

    tell(trouble) {
      this.trouble = trouble;
      this.state.textContent = "";
      const text = this.notice.querySelector("[data-text]");
      const message = this.notice.dataset[`text${trouble[0].toUpperCase()}${trouble.slice(1)}`];
      if (text.textContent !== message) text.textContent = message;
      this.notice.querySelector("[data-sign-in]").hidden = trouble !== "signedOut";
      this.notice.hidden = false;
    }

    // Saving into a dead network or session would replace this page by an error: first the journal, then the save.
    async beforeSave(event) {
      if (this.leaving || !(this.unsent.size || this.running)) {
        this.leaving = true;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      await this.running;
      if (await this.send()) return;
      this.leaving = true;
      this.form.requestSubmit(submitter);
    }

    lastWords() {
      if (this.leaving || !this.unsent.size) return;
      fetch(this.form.dataset.journalUrl, this.request([...this.unsent]));
    }
  }

  document.querySelectorAll("form[data-journal-url]").forEach((form) => new Journal(form).listen());
})();
