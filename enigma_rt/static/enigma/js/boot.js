// A classic script, so that it runs when a module could not be fetched: then no module runs, and without this the page
// would stay dead for good. Modules run before the page counts as loaded, and the last thing that each page's own does
// is to say that it has started.
addEventListener("load", () => {
  if (!("started" in document.documentElement.dataset)) setTimeout(() => location.reload(), 3000);
});
