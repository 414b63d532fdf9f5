// The page's script.
document.getElementById("app")!.dataset.started = "true";
