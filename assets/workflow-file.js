// A file with a workflow, chosen or dropped in Settings. The browser sends it on a plain request: the websocket takes no more
// than a megabyte. wrldbldr/state/workflow_list.py hears what became of it.
import "./drop.js";

const LIMIT_BYTES = 8 * 1024 * 1024;
const TOO_LARGE = "This file is larger than 8 MB. A workflow is much smaller.";
const NO_ANSWER = "WrldBldr does not answer. Check that it still runs, then try again.";
const NOT_READ = "The file could not be read. Try again in a moment.";

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(",")[1] || "");
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});
const answerOf = async (response) => {
  try { return await response.json(); } catch { return {}; }
};

export const send = async (field) => {
  const input = document.getElementById(field);
  const file = input.files[0];
  if (!file) return {};
  if (file.size > LIMIT_BYTES) {
    input.value = "";
    return { error: TOO_LARGE };
  }
  try {
    const body = JSON.stringify({ name: file.name, file: await base64(file) });
    input.value = ""; // the same file may be chosen again
    const response = await fetch("/api/workflows/import", { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = await answerOf(response);
    return response.ok ? { id: answer.id, notices: answer.notices } : { error: answer.error?.message || NOT_READ };
  } catch (error) {
    return { error: error instanceof TypeError ? NO_ANSWER : NOT_READ };
  }
};
