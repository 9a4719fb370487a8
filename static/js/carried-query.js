// Links and forms with data-carries-query follow the list's state: htmx sorts and pages without loading them again.
function carry() {
  for (const element of document.querySelectorAll("[data-carries-query]")) {
    const attribute = element.tagName === "FORM" ? "action" : "href";
    element.setAttribute(attribute, element.getAttribute(attribute).split("?")[0] + location.search);
  }
}

document.body.addEventListener("htmx:pushedIntoHistory", carry);
document.body.addEventListener("htmx:historyRestore", carry);
