// <a data-reply="address of the text" data-reply-into="id of a text box">: puts the text in at the cursor, and sends nothing.
const insert = (box, text) => {
  const at = box.selectionEnd;
  const before = box.value.slice(0, at);
  const gap = before && !/\s$/.test(before) ? "\n" : "";
  box.setRangeText(gap + text, at, at, "end");
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
