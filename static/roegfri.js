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
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-keys-list] tbody tr")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.hasAttribute("data-selected"));
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    rows.forEach((row) => row.removeAttribute("data-selected"));
    next.setAttribute("data-selected", "");
    const link = next.querySelector("a");
    if (link) link.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (!document.body.hasAttribute("data-keys") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    if (event.key === "/") { const search = [...document.querySelectorAll("[data-search]")].find((one) => one.offsetParent); if (search) { event.preventDefault(); search.href ? search.click() : search.select(); } return; }
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

  // The trial's sign-ins: one click fills the form.
  document.querySelectorAll("[data-fill]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    document.getElementById("id_login").value = button.dataset.fill;
    document.getElementById("id_password").value = button.closest("[data-password]").dataset.password;
    document.querySelector("[data-signin]").focus();
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
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    clearTimeout(waiting.get(form));
    setTimeout(release, 8000, form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // What opens over the page closes again with Escape, or when one clicks elsewhere.
  const shut = (keep) => document.querySelectorAll(".switcher[open], .shortcuts[open]").forEach((box) => {
    if (!box.contains(keep)) box.open = false;
  });
  document.addEventListener("click", (event) => shut(event.target));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(null); });
})();
  // A page that is made for paper prints itself on request.
  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });

