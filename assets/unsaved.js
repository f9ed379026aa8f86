// What was typed and is not saved yet outlives the login: this tab keeps it, for the account that typed it.
// wrldbldr/state/unsaved.py asks for it when a page opens, and says what is saved.
const KEY = "wrldbldr_unsaved";
const FORMS = 20; // the longest untouched go first
const DIALOG = "[role=dialog]";
const FORM = "form[data-unsaved]";

// Empty once the server has forgotten whose tab this is: what the page does after that, nobody in front of it did.
const account = () => document.querySelector("[data-account]")?.dataset.account || "";
const stored = () => {
  try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
};
const change = (how) => {
  const who = account();
  if (!who) return;
  const found = stored();
  const all = found?.account === who ? found : { account: who, words: {}, forms: {}, open: "" };
  how(all);
  try { sessionStorage.setItem(KEY, JSON.stringify(all)); } catch { /* the browser has no room: the page goes on */ }
};

// A field of the editor: what the server has of it stands in data-saved, unless it was refused.
const nameOf = ({ dataset }) => `${dataset.owner}:${dataset.field}`;
const isSaved = (field, text) => !field.dataset.refused && field.dataset.saved === text;
const typed = (field) => change(({ words }) => {
  const { owner, kind, saved } = field.dataset;
  const name = nameOf(field);
  if (isSaved(field, field.value)) delete words[name];
  else words[name] = { kind, entity: owner, field: field.dataset.field, text: field.value, base: words[name]?.base ?? saved };
});
const settle = (field, isAnswer) => change(({ words }) => {
  const name = nameOf(field);
  if (!words[name]) return;
  if (isSaved(field, words[name].text)) delete words[name];
  else if (isAnswer && !field.dataset.refused) words[name].base = field.dataset.saved;
});

// A dialog: all of its fields at once, from the first touch on. `open` names the one that shows.
let shown = null;
const touched = new WeakSet();
const isOpen = (form) => form.isConnected && form.closest(DIALOG)?.dataset.state === "open";
const record = (form) => change((all) => {
  const name = form.dataset.unsaved;
  delete all.forms[name];
  all.forms[name] = Object.fromEntries(new FormData(form));
  all.open = name;
  Object.keys(all.forms).slice(0, -FORMS).forEach((oldest) => delete all.forms[oldest]);
});
const look = () => {
  if (shown && !isOpen(shown)) {
    shown = null;
    change((all) => { all.open = ""; });
  }
  const form = document.querySelector(`${DIALOG} ${FORM}`);
  if (!form || form === shown || !isOpen(form)) return;
  shown = form;
  change((all) => { if (all.forms[form.dataset.unsaved]) all.open = form.dataset.unsaved; });
};

const touch = ({ type, target }) => {
  if (type === "input" && target.matches?.("[data-owner]")) typed(target);
  const form = target.closest?.(DIALOG)?.querySelector(FORM);
  if (!form) return;
  touched.add(form);
  if (type !== "click") record(form);
};
for (const type of ["input", "change", "click"]) document.addEventListener(type, touch);
new MutationObserver((changes) => {
  const fields = changes.filter(({ type, target }) => type === "attributes" && target.matches("[data-owner]"));
  fields.forEach(({ target }) => settle(target, true));
  if (changes.some(({ addedNodes }) => addedNodes.length)) document.querySelectorAll("[data-owner]").forEach((field) => settle(field, false));
  look();
  if (touched.has(shown) && changes.some(({ target }) => shown.contains(target))) record(shown);
}).observe(document.documentElement, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-saved", "data-refused", "data-unsaved", "data-state", "value"],
});

let isReturn = true; // this page was loaded anew, and has not asked yet
export const kept = (who) => {
  let all = stored();
  if (all && all.account !== who) {
    sessionStorage.removeItem(KEY);
    all = null;
  }
  const { words = {}, forms = {}, open = "" } = all || {};
  const answer = { words: Object.values(words), forms, open, is_return: isReturn };
  isReturn = false;
  return answer;
};
export const forget = (names) => change((all) => {
  for (const name of names.split(" ")) {
    delete all.words[name];
    delete all.forms[name];
    if (all.open === name) all.open = "";
  }
});
