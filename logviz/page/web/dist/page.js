document.getElementById("app").dataset.started="true";
