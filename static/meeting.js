// Meeting mode: every tap is saved at once; on a bad connection it waits here and is sent again in order.
// What waits is kept in this tab alone, by the participant's number: no names, no notes. It is forgotten at
// sign-out, when somebody else signs in, and after 12 hours.
(() => {
  "use strict";
  const sheet = document.querySelector("#sheet[data-meeting]");
  if (!sheet) return;
  const PREFIX = "meeting:", KEY = PREFIX + sheet.dataset.meeting, OWNER = sheet.dataset.owner;
  const KEPT = 12 * 3600 * 1000, PATIENCE = 15000, FIRST_WAIT = 2000, LONGEST_WAIT = 60000;
  const NOT_KEPT = ["note"];
  const box = sheet.querySelector("[data-queue]");
  const part = (name) => box.querySelector(`[data-queue${name}]`);
  const words = (name) => sheet.querySelector("template[data-words]").content.querySelector(`[data-word=${name}]`).textContent;
  const token = () => sheet.elements.csrfmiddlewaretoken.value;
  const rows = () => [...sheet.querySelectorAll("[data-enrolment]")];
  const rowOf = (id) => rows().find((row) => row.dataset.enrolment === id);
  const field = (id, name) => sheet.elements[`${name}-${id}`];
  const number = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // ---- what stands in the database, as far as this page knows ----
  const was = (id) => JSON.parse(field(id, "was").value);
  const now = (id, news) => { field(id, "was").value = JSON.stringify({ ...was(id), ...news }); };
  const put = (id, name, value) => { if (name === "mark" && !value) field(id, name).forEach((one) => { one.checked = false; }); else field(id, name).value = value; };

  // ---- what waits ----
  let waiting = [], elsewhere = [], forgotten = 0, trouble = "", wait = FIRST_WAIT, timer = 0, busy = null;
  const fresh = (one) => Date.now() - one.at < KEPT;
  const kept = (key) => { try { return JSON.parse(sessionStorage.getItem(key)) || {}; } catch (nothing) { return {}; } };
  const keep = () => {
    const lasting = [...elsewhere, ...waiting].filter((one) => !NOT_KEPT.some((name) => name in one.said));
    try {
      if (lasting.length) sessionStorage.setItem(KEY, JSON.stringify({ owner: OWNER, waiting: lasting })); else sessionStorage.removeItem(KEY);
    } catch (nothing) { /* then it waits as long as the page stands */ }
  };
  const forgetAll = () => {
    waiting = []; elsewhere = [];
    try { Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => sessionStorage.removeItem(key)); } catch (nothing) { /* nothing kept */ }
    tell();
  };
  const expire = () => {
    const old = waiting.filter((one) => !fresh(one));
    if (!old.length) return;
    forgotten += old.length;
    waiting = waiting.filter(fresh);
    old.forEach((one) => Object.keys(one.said).forEach((name) => put(one.enrolment, name, was(one.enrolment)[name])));
    keep(); tell();
  };
  const restore = () => {
    let others = [];
    try { others = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)); } catch (nothing) { return; }
    others.filter((key) => kept(key).owner !== OWNER || !(kept(key).waiting || []).some(fresh)).forEach((key) => {
      if (key === KEY && kept(key).owner === OWNER) forgotten = kept(key).waiting.length;
      sessionStorage.removeItem(key);
    });
    const found = kept(KEY).waiting || [];
    forgotten += found.filter((one) => !fresh(one)).length;
    waiting = found.filter((one) => fresh(one) && rowOf(one.enrolment));
    elsewhere = found.filter((one) => fresh(one) && !rowOf(one.enrolment));
    waiting.forEach((one) => Object.entries(one.said).forEach(([name, value]) => put(one.enrolment, name, value)));
    keep();
  };

  // ---- what the page says ----
  const counts = () => {
    const marks = [...sheet.querySelectorAll(".presence")][0] ? [...sheet.querySelector(".presence").children].map((row) => (row.querySelector("[name^=mark-]:checked") || { value: "" }).value) : [];
    sheet.querySelectorAll("[data-count]").forEach((one) => { one.textContent = marks.filter((mark) => mark === one.dataset.count).length; });
    const all = sheet.querySelector("[data-all-came]");
    if (all) all.hidden = !marks.includes("");
  };
  const tell = () => {
    const count = waiting.length;
    box.hidden = !(forgotten || (count && (trouble || !navigator.onLine)));
    part("-words").textContent = forgotten ? words("gone").replace("{n}", forgotten) : count === 1 ? words("one") : words("many").replace("{n}", count);
    part("-hint").textContent = forgotten ? "" : words(["out", "stale", "wait"].includes(trouble) ? trouble : "trying");
    part("-now").hidden = forgotten > 0 || trouble === "stale";
    rows().forEach((row) => row.toggleAttribute("data-waits", waiting.some((one) => one.enrolment === row.dataset.enrolment)));
    counts();
  };
  const note = (id, text) => {
    const row = rowOf(id), old = row.querySelector(":scope > .form-error-message");
    if (old) old.remove();
    if (!text) return;
    const line = document.createElement("p");
    line.className = "form-error-message"; line.setAttribute("role", "alert"); line.textContent = text;
    row.append(line);
  };
  // What was refused is shown clear of the bar at the foot, unless she has gone on to somebody else.
  let last = null;
  sheet.addEventListener("input", (event) => { last = event.target; });
  const look = (id, name) => {
    const row = rowOf(id), at = name === "mark" ? null : field(id, name);
    if (last && !row.contains(last)) return;
    if (at) {
      at.closest("details").open = true;
      if (!last || last === at) at.focus({ preventScroll: true });
    }
    row.querySelector(":scope > .form-error-message").scrollIntoView({ block: "center" });
  };

  // ---- saying something ----
  const add = (id, said) => {
    const { version, planned_quit_on: planned, actual_quit_on: actual } = was(id);
    waiting.push({ once: number(), enrolment: id, at: Date.now(), seen: version, planned, actual, said, tries: 0 });
    forgotten = 0; note(id, ""); keep(); tell();
  };
  const say = (id, said) => { add(id, said); return send(); };
  const bodyOf = (one) => new URLSearchParams({ once: one.once, enrolment: one.enrolment, seen: one.seen, planned_was: one.planned, actual_was: one.actual, ...one.said });
  const post = (url, body, tries) => {
    const stop = new AbortController(), late = setTimeout(() => stop.abort(), PATIENCE);
    // Asked again by itself, it renews nobody's session.
    const headers = { "X-CSRFToken": token(), "HX-Request": "true", Accept: "application/json", ...(tries ? { "X-Poll": "1" } : {}) };
    return fetch(url, { method: "POST", body, headers, redirect: "manual", signal: stop.signal }).finally(() => clearTimeout(late));
  };
  const saved = (one, version) => {
    now(one.enrolment, { ...one.said, version });
    waiting.filter((later) => later !== one && later.enrolment === one.enrolment).forEach((later) => {
      later.seen = version;
      if ("planned_quit_on" in one.said) later.planned = one.said.planned_quit_on;
      if ("actual_quit_on" in one.said) later.actual = one.said.actual_quit_on;
    });
  };
  const differs = (one, told) => {
    const id = one.enrolment, row = rowOf(id);
    const mine = waiting.filter((later) => later.enrolment === id).reduce((all, later) => ({ ...all, ...later.said }), {});
    waiting = waiting.filter((later) => later.enrolment !== id);
    now(id, { ...told.theirs, version: told.version, planned_quit_on: told.planned_quit_on, actual_quit_on: told.actual_quit_on });
    row.querySelectorAll(".difference").forEach((old) => old.remove());
    const shown = sheet.querySelector("template[data-difference]").content.firstElementChild.cloneNode(true);
    shown.querySelector("p").textContent = told.words;
    const over = () => { shown.remove(); row.classList.remove("present-differs"); counts(); };
    shown.querySelector("[data-mine]").addEventListener("click", () => { over(); say(id, mine); });
    shown.querySelector("[data-theirs]").addEventListener("click", () => {
      over();
      Object.entries(told.theirs).forEach(([name, value]) => put(id, name, value));
      const rest = Object.fromEntries(Object.entries(mine).filter(([name]) => !(name in told.theirs)));
      if (Object.keys(rest).length) say(id, rest); else counts();
    });
    row.classList.add("present-differs");
    row.querySelector(".present-marks").after(shown);
  };
  const refused = (one, text) => {
    waiting = waiting.filter((later) => later !== one);
    Object.keys(one.said).filter((name) => name === "mark").forEach((name) => put(one.enrolment, name, was(one.enrolment)[name]));
    note(one.enrolment, text);
    look(one.enrolment, Object.keys(one.said)[0]);
  };
  // True when the next one can be sent.
  const answered = async (one, answer) => {
    if (answer.type === "opaqueredirect" || answer.status === 401) { trouble = "out"; return false; }
    if (answer.status === 403) { trouble = "stale"; return false; }
    if (answer.status === 429 || answer.status >= 500) { trouble = "trying"; return false; }
    const told = await answer.json().catch(() => ({}));
    trouble = ""; wait = FIRST_WAIT;
    if (answer.ok) { saved(one, told.version); waiting = waiting.filter((later) => later !== one); }
    else if (told.theirs) differs(one, told);
    else refused(one, told.refused || words("stale"));
    return true;
  };
  const again = () => {
    clearTimeout(timer);
    if (!waiting.length || trouble === "stale") return;
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
  const sendAll = async () => {
    let on = true;
    while (on && waiting.length) {
      expire();
      const one = waiting[0];
      if (!one) break;
      try {
        on = await answered(one, await post(sheet.dataset.one, bodyOf(one), one.tries));
      } catch (offline) { on = false; trouble = "trying"; }
      if (!on) one.tries += 1;
      keep(); tell();
    }
    if (!on) again();
  };
  function send() {
    busy = busy || sendAll().finally(() => { busy = null; if (waiting.length && !trouble) send(); });
    return busy;
  }

  // ---- what a person does ----
  sheet.addEventListener("change", (event) => {
    const [, name, id] = event.target.name.match(/^(\w+)-([0-9a-f-]{36})$/) || [];
    if (!id || name === "was") return;
    if (name === "clear") { event.target.checked = false; put(id, "mark", ""); say(id, { mark: "" }); return; }
    const value = event.target.value;
    if (!event.target.validity.valid) {
      note(id, event.target.dataset.wrong || event.target.validationMessage);
      setTimeout(look, 0, id, name);  // the focus has moved on by then
      return;
    }
    rowOf(id).querySelectorAll(".difference").forEach((old) => old.remove());
    rowOf(id).classList.remove("present-differs");
    say(id, { [name]: value });
  });
  const attended = async (open) => {
    let marked = [];
    try {
      const answer = await post(sheet.dataset.everybody, new URLSearchParams({ once: number() }), 0);
      if (answer.ok) marked = (await answer.json()).marked;
    } catch (offline) { /* one by one, then */ }
    marked.forEach(({ enrolment, version }) => saved({ enrolment, said: { mark: "attended" } }, version));
    const done = new Set([...marked, ...waiting].map((one) => one.enrolment));
    open.filter((id) => !done.has(id)).forEach((id) => add(id, { mark: "attended" }));
  };
  const everybody = () => {
    const open = [...sheet.querySelector(".presence").children].map((row) => row.dataset.enrolment).filter((id) => !sheet.querySelector(`[name="mark-${id}"]:checked`));
    open.forEach((id) => put(id, "mark", "attended"));
    counts();
    // What is tapped while this is under way comes after it.
    if (busy || waiting.length) open.forEach((id) => say(id, { mark: "attended" }));
    else busy = attended(open).finally(() => { busy = null; keep(); tell(); send(); });
  };
  // A page that is left while something waits would be left for good: what needs the line waits for it.
  const later = (event, form) => {
    if (!navigator.onLine) { event.preventDefault(); trouble = "wait"; box.hidden = false; tell(); box.hidden = false; box.scrollIntoView({ block: "nearest" }); return; }
    const open = document.querySelector(".present-differs");
    if (open && event.submitter && event.submitter.hasAttribute("data-close")) { event.preventDefault(); open.scrollIntoView({ block: "center" }); return; }
    if (!waiting.length) return;
    event.preventDefault();
    const submitter = event.submitter;
    send().then(() => { if (!waiting.length && !document.querySelector(".present-differs")) form.requestSubmit(submitter); else tell(); });
  };
  document.addEventListener("submit", (event) => {
    if (event.target === sheet && event.submitter && event.submitter.hasAttribute("data-all-came")) { event.preventDefault(); everybody(); return; }
    if (event.target === sheet || event.target.hasAttribute("data-needs-line")) later(event, event.target);
  }, true);
  // What was typed before the sign-in ran out is saved by its own button; everything else saves itself.
  const saves = sheet.hasAttribute("data-restored");
  sheet.querySelectorAll("[data-save]").forEach((one) => { one.hidden = !saves; });
  sheet.querySelectorAll("[data-saved]").forEach((one) => { one.hidden = saves; });
  part("-now").addEventListener("click", () => { wait = FIRST_WAIT; send(); });
  window.addEventListener("online", () => { wait = FIRST_WAIT; if (trouble === "wait") trouble = ""; send(); tell(); });
  window.addEventListener("offline", tell);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting.length) send(); });
  window.addEventListener("beforeunload", (event) => { if (waiting.some((one) => NOT_KEPT.some((name) => name in one.said))) event.preventDefault(); });
  document.addEventListener("submit", (event) => { if (event.target.hasAttribute("data-sign-out")) forgetAll(); });
  if ("BroadcastChannel" in window) new BroadcastChannel("sign-out").addEventListener("message", forgetAll);
  // What has to be read first stands in sight, wherever the page stood before.
  window.addEventListener("load", () => { const told = document.querySelector("[data-focus]"); if (told) told.scrollIntoView({ block: "center" }); });
  setInterval(expire, 60000);
  restore();
  tell();
  if (waiting.length) send();
})();
