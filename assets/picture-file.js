// Pictures, chosen or dropped on the gallery. The browser sends them one after the other on plain requests: the websocket takes
// no more than a megabyte. wrldbldr/state/picture_import.py hears what became of them.
import "./drop.js";

const LIMIT_BYTES = 64 * 1024 * 1024;
const LIMIT_FILES = 20;
const TOO_HEAVY = "is larger than 64 MB. Bring a smaller version of the picture.";
const TOO_MANY = "Bring at most 20 pictures at a time: the others were left out.";
const NO_ANSWER = "WrldBldr does not answer. Check that it still runs, then try again.";
const NOT_READ = "could not be read. Try again in a moment.";

const answerOf = async (response) => {
  try { return await response.json(); } catch { return {}; }
};

const say = (field, words) => {
  const place = document.getElementById(`${field}-progress`); // another one, or none, when somebody else is looked at meanwhile
  if (place) place.textContent = words;
};

export const send = async (field) => {
  const input = document.getElementById(field);
  const { kind, entity, type } = input.dataset;
  const chosen = [...input.files];
  input.value = ""; // the same file may be chosen again
  const told = { ids: [], notices: [], errors: chosen.length > LIMIT_FILES ? [TOO_MANY] : [], restored: 0 };
  const about = new URLSearchParams({ entity_type: kind, entity_id: entity, ...(type ? { asset_type: type } : {}) });
  const taken = chosen.slice(0, LIMIT_FILES);
  for (const [at, file] of taken.entries()) {
    if (taken.length > 1) say(field, `${at + 1} of ${taken.length}`);
    if (file.size > LIMIT_BYTES) {
      told.errors.push(`${file.name} ${TOO_HEAVY}`);
      continue;
    }
    try {
      const body = await file.arrayBuffer();
      const headers = { "content-type": file.type || "application/octet-stream" };
      const response = await fetch(`/api/assets/import?${about}`, { method: "POST", headers, body });
      const answer = await answerOf(response);
      if (response.ok) {
        told.ids.push(answer.id);
        told.notices.push(...answer.notices);
        told.restored += answer.restored;
      } else told.errors.push(answer.error ? `${file.name}: ${answer.error.message}` : `${file.name} ${NOT_READ}`);
    } catch (error) {
      told.errors.push(error instanceof TypeError ? NO_ANSWER : `${file.name} ${NOT_READ}`);
      break;
    }
  }
  say(field, "");
  return told;
};
