// <a data-reply="address of the text" data-reply-into="id of a text box">: puts the text in at the cursor, and sends nothing.
// A box in which nobody has been yet has its cursor nowhere: then the text goes to the end.
const visited = new WeakSet();
document.addEventListener("focusin", (event) => visited.add(event.target));

const insert = (box, text) => {
  const at = visited.has(box) ? box.selectionEnd : box.value.length;
  const before = /\S$/.test(box.value.slice(0, at)) ? "\n" : "";
  const after = /^\S/.test(box.value.slice(at)) ? "\n" : "";
  box.setRangeText(before + text + after, at, at, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-reply]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const box = document.getElementById(link.dataset.replyInto);
  const answer = await fetch(link.dataset.reply).catch(() => null);
  if (answer?.ok && !answer.redirected) insert(box, await answer.text());
  else location.assign(link.href); // says what is wrong, such as a session that is over
});
