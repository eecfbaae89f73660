// Everything works without this file; it makes it quicker.
(() => {
  "use strict";
  const ready = (act) => document.addEventListener("DOMContentLoaded", act);
  // A table wider than the screen scrolls sideways: the keyboard must be able to do that too.
  const reachScrollers = () => document.querySelectorAll(".table-wrap, .table--responsive-scroll").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
  });
  const init = (scope) => {
    if (window.DKFDS) window.DKFDS.init({ scope });
    reachScrollers();
  };
  window.addEventListener("resize", reachScrollers);

  ready(() => {
    init(document);
    const mistakes = document.querySelector("[data-focus]");
    if (mistakes) mistakes.focus();
    // On a narrow screen the menu begins closed; without scripts it stays open.
    const menu = document.querySelector("[data-menu]");
    if (menu && window.matchMedia("(max-width: 991px)").matches) menu.open = false;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail && event.detail.ctx && event.detail.ctx.target;
    init(target && target.isConnected && target.parentElement ? target.parentElement : document);
  });

  // One letter per action, shown on its button; never while typing, and only for those who want it.
  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], [data-talk]");
  let chosen = "";
  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-keys-list] tbody tr")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.hasAttribute("data-selected"));
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    rows.forEach((row) => row.removeAttribute("data-selected"));
    next.setAttribute("data-selected", "");
    const link = next.querySelector("a");
    if (link) link.focus();
    chosen = next.id;
  };
  // A line that is swapped stays the chosen one; who clicked on what is gone goes on from what came.
  document.addEventListener("htmx:after:swap", () => {
    const again = chosen && document.getElementById(chosen);
    if (again) again.setAttribute("data-selected", "");
    const came = document.querySelector("[data-refocus]");
    if (came) came.removeAttribute("data-refocus");
    if (document.activeElement !== document.body) return;
    const next = came || (again && again.querySelector("a"));
    if (next) next.focus();
  });
  // All boxes of the page at once; without scripts one ticks them, or gives all that the filter leaves.
  const offerAll = () => document.querySelectorAll("[data-pick-all]").forEach((button) => { button.hidden = false; });
  ready(offerAll);
  document.addEventListener("htmx:after:swap", offerAll);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-all]");
    if (!button) return;
    const boxes = [...button.form.elements].filter((one) => one.type === "checkbox");
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
  });
  // A page that nobody looks at asks for nothing.
  document.addEventListener("htmx:config:request", (event) => {
    if (document.hidden && event.detail.ctx.sourceElement.hasAttribute("data-poll")) event.preventDefault();
  });
  // A key of the chosen line; after a call is noted, the next line is the chosen one.
  // What was noted last is taken back by its key from the line after it, too.
  let noted = "";
  const pressed = (key) => {
    const named = `[data-row-key="${CSS.escape(key)}"]`;
    const button = document.querySelector(`tr[data-selected] ${named}`)
      || (noted && document.querySelector(`#${CSS.escape(noted)} ${named}`));
    if (!button || button.closest("[hidden]")) return false;
    const row = button.closest("tr");
    button.click();
    if (key === "z") { noted = ""; return true; }
    noted = row.id;
    step(1);
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!document.body.hasAttribute("data-keys") || event.ctrlKey || event.metaKey || event.altKey) return;
    // Going to the courses that suit changes nothing: its key works among the ticks of a conversation too.
    const jump = document.querySelector(`[data-jump][data-key="${CSS.escape(event.key)}"]`);
    if (jump && event.target.matches("[data-talk] :is(input[type=radio], input[type=checkbox], button, summary)")) { event.preventDefault(); jump.click(); return; }
    if (typing(event.target)) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    if (event.key === "/") { const search = [...document.querySelectorAll("[data-search]")].find((one) => one.offsetParent); if (search) { event.preventDefault(); search.href ? search.click() : search.select(); } return; }
    if (pressed(event.key)) { event.preventDefault(); return; }
    const button = document.querySelector(`main [data-key="${CSS.escape(event.key)}"]:not([disabled]), [data-key="${CSS.escape(event.key)}"]:not([disabled])`);
    if (button) { event.preventDefault(); button.click(); }
  });

  // Escape leaves the search field, so that the letters are keys again.
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur(); });

  // What is typed is kept on the server as one types; a form that is sent stops keeping.
  const token = (form) => form.elements.csrfmiddlewaretoken && form.elements.csrfmiddlewaretoken.value;
  const waiting = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draft) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => {
      if (!form.isConnected) return; // another has taken its place, and may be sent already
      const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
      fetch(form.dataset.draft, { method: "POST", body, headers: { "X-CSRFToken": token(form) || "" }, keepalive: true }).catch(() => {});
    }, 1500));
  });

  // ---- the call screen ----
  // What is opened with a key is ready to be filled in.
  document.addEventListener("click", (event) => {
    const box = event.target.closest("summary") && event.target.closest("details[data-focus-first]");
    if (!box) return;
    setTimeout(() => {
      if (!box.open) return;
      const first = box.querySelector(".outcome-body :is(input:not([type=hidden]), button, select)");
      if (first) first.focus();
      box.scrollIntoView({ block: "nearest" });
    });
  });
  // To the courses that suit, wherever one is in the conversation.
  document.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-jump]");
    const there = jump && document.querySelector(jump.getAttribute("href"));
    if (!there) return;
    event.preventDefault();
    const box = there.closest("details");
    if (box) box.open = true;
    const first = there.querySelector(".suggestion button") || there.querySelector("summary");
    there.scrollIntoView({ block: "start" });
    if (first) first.focus({ preventScroll: true });
  });
  // Open or closed is remembered on this machine; nothing else is.
  document.querySelectorAll("details[data-remember]").forEach((box) => {
    const key = `open:${box.dataset.remember}`;
    try { box.open = localStorage.getItem(key) === "yes"; } catch (nothing) { return; }
    box.addEventListener("toggle", () => { try { localStorage.setItem(key, box.open ? "yes" : "no"); } catch (nothing) { /* forgotten, then */ } });
  });
  // Dialling a number chooses it.
  document.addEventListener("click", (event) => {
    const number = event.target.closest("[data-dial]");
    const choice = number && number.parentElement.querySelector("[name=phone]");
    if (choice) choice.checked = true;
  });
  // Cigarettes a day as the amounts are written: the table's tens, half up; a number of one's own counts instead.
  const smoked = (box) => {
    const amounts = [...box.querySelectorAll("[data-per-ten]")].filter((input) => input.value);
    const sum = Math.floor((amounts.reduce((all, input) => all + Number(input.value) * Number(input.dataset.perTen), 0) + 5) / 10);
    const own = box.querySelector("[name=per_day]").value;
    box.querySelector("[data-sum]").textContent = amounts.length && own === "" ? `= ${sum}` : "";
    const known = own !== "" || amounts.length > 0;
    const heavy = known && Number(own !== "" ? own : sum) >= Number(box.dataset.heavyFrom || Infinity);
    box.querySelector("[data-heavy]").hidden = !heavy;
    const subsidy = document.querySelector("[data-subsidy]");
    if (subsidy) subsidy.toggleAttribute("data-due", heavy);
  };
  document.querySelectorAll("[data-uses]").forEach((box) => { box.addEventListener("input", () => smoked(box)); smoked(box); });
  // One tick for all three kinds of help.
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) all.form.querySelectorAll(`[name=${all.dataset.all}]`).forEach((one) => { if (!one.closest("[data-subsidy]")) one.checked = all.checked; });
  });
  // Enter saves what one is writing in; Ctrl+Enter the whole conversation. It never logs something else.
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && event.target.closest("form[data-call]");
    if (!form || event.target.closest("button, summary, a")) return;
    const open = form.querySelector("details[open] [data-ctrl-enter]");
    const part = event.target.closest("[data-enter]");
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); if (open) open.click(); return; }
    if (event.target.matches("textarea")) return;
    event.preventDefault();
    const save = part && part.dataset.enter !== "reached" && form.querySelector(`button[name=outcome][value=${part.dataset.enter}]`);
    if (save) save.click();
  });
  // Whoever works on the screen goes on holding the person; only what a person does renews it.
  const calling = document.querySelector("form[data-hold]");
  if (calling) {
    let last = Date.now();
    const renew = () => {
      if (Date.now() - last < 120000) return;
      last = Date.now();
      fetch(calling.dataset.hold, { method: "POST", headers: { "X-CSRFToken": token(calling) || "" } })
        .then((answer) => { if (answer.status === 409) document.querySelector("[data-lost]").hidden = false; }).catch(() => {});
    };
    ["input", "click", "keydown"].forEach((kind) => document.addEventListener(kind, renew));
  }

  // The trial's sign-ins: one click fills the form.
  document.querySelectorAll("[data-fill]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    document.getElementById("id_login").value = button.dataset.fill;
    document.getElementById("id_password").value = button.closest("[data-password]").dataset.password;
    document.querySelector("[data-signin]").focus();
  });

  // A page that is made for paper prints itself on request.
  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });

  // A key is shown once: one click takes it along. Without the clipboard it is marked, to be taken by hand.
  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    const tell = (words) => { button.textContent = words; document.querySelector("[data-copy-told]").textContent = words; };
    const clipboard = navigator.clipboard ? navigator.clipboard.writeText(field.value) : Promise.reject();
    clipboard.then(() => tell(button.dataset.copied), () => tell(button.dataset.notCopied));
  });

  // A passkey that was not used, for whatever reason: say so where the person looks.
  document.addEventListener("allauth.error", (event) => {
    const trouble = document.querySelector("[data-passkey-trouble]");
    if (trouble) { trouble.hidden = false; event.preventDefault(); }
  });

  // A second click while the first is under way does nothing. An answer that is a file leaves the page
  // standing, and a page that is come back to is shown as it was left: then the form can be sent again.
  const release = (form) => delete form.dataset.sent;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    // A button that fetches a file leaves the others of its form free.
    const sort = event.submitter?.hasAttribute("data-file") ? "file" : "yes";
    if (form.dataset.sent && (form.dataset.sent === "yes" || sort === "file")) { event.preventDefault(); return; }
    form.dataset.sent = sort;
    clearTimeout(waiting.get(form));
    setTimeout(release, 8000, form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // What a page of a meeting keeps until there is a line again is gone with the sign-in, in every tab.
  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-sign-out")) return;
    try { Object.keys(sessionStorage).filter((key) => key.startsWith("meeting:")).forEach((key) => sessionStorage.removeItem(key)); } catch (nothing) { /* nothing is kept */ }
    if ("BroadcastChannel" in window) new BroadcastChannel("sign-out").postMessage("");
  });

  // What opens over the page closes again with Escape, or when one clicks elsewhere.
  const shut = (keep) => document.querySelectorAll(".switcher[open], .shortcuts[open]").forEach((box) => {
    if (!box.contains(keep)) box.open = false;
  });
  document.addEventListener("click", (event) => shut(event.target));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(null); });
})();
