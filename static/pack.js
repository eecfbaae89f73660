// STOPbasen's pack: Enter copies a value and goes to the next. Without this file the values are marked and copied by hand.
(() => {
  "use strict";
  const told = document.querySelector("[data-take-told]");
  const reveal = () => document.querySelectorAll("[data-take-button], [data-take-line], [data-take-help]").forEach((one) => { one.hidden = false; });
  reveal();
  // Numbers are shown to be typed: the first value is where one begins.
  const begin = () => {
    const next = document.querySelector(".pack-card:not(.is-done) [data-take]");
    if (next) next.focus();
  };
  if (document.querySelector("[data-take-line]")) begin();
  // What was copied is heard; that nothing was, is seen as well.
  const say = (words, what, done) => { told.textContent = `${words} ${what}`; told.classList.toggle("sr-only", done); };
  const put = (text, what, field) => {
    if (field) field.select();
    const clipboard = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
    return clipboard.then(() => { say(told.dataset.words, what, true); return true; }, () => { say(told.dataset.byHand, what, false); return false; });
  };
  const label = (field) => field.labels[0].textContent;
  // The next value of the same list; after the last one the button that says it is typed.
  const after = (field) => {
    const list = field.closest("[data-take-list]");
    const all = [...list.querySelectorAll("[data-take]")];
    return all[all.indexOf(field) + 1] || list.parentElement.querySelector("[data-take-last]");
  };
  const taken = (field) => {
    list(field).querySelectorAll(".is-now").forEach((one) => one.classList.remove("is-now"));
    field.closest("li").classList.add("is-taken", "is-now");
  };
  const list = (field) => field.closest("[data-take-list]");
  const take = (field) => put(field.value, label(field), field).then((done) => {
    if (!done) return;
    taken(field);
    const next = after(field);
    if (!next) return;
    next.focus();
    if (next.select) next.select();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.repeat || !event.target.matches("[data-take]")) return;
    event.preventDefault();
    take(event.target);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take-button]");
    if (button) take(button.parentElement.querySelector("[data-take]"));
    const line = event.target.closest("[data-take-line]");
    if (line) put(line.dataset.takeLine, line.textContent, null).then((done) => { if (done) line.textContent = line.dataset.taken; });
  });
  document.addEventListener("focusin", (event) => { if (event.target.matches("[data-take]")) event.target.select(); });
  // She is typed: the next one who is not has the cursor.
  document.addEventListener("htmx:after:swap", () => {
    reveal();
    if (document.activeElement !== document.body) return;
    begin();
  });
})();
