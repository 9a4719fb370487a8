// [data-dialog=ID] opens <dialog id=ID>; [data-dialog-close] and a click on the backdrop close it.
// <dialog data-open> opens by itself when it arrives (an invalid form in an htmx answer).
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    document.getElementById(opener.dataset.dialog)?.showModal();
    return;
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog").close();
  else if (event.target instanceof HTMLDialogElement && !event.target.querySelector("form[data-dirty]")) event.target.close();
});

const openArrived = (root) => {
  for (const dialog of root.querySelectorAll?.("dialog[data-open]") ?? []) {
    if (!dialog.open) dialog.showModal();
  }
};
openArrived(document);
document.addEventListener("htmx:afterSettle", (event) => openArrived(event.target.parentElement ?? document));
