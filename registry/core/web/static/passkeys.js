// Fills the field `credential` of a form by a passkey, and sends it. Other ways to sign in need no script.
"use strict";

const able = typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

function askBrowser(form) {
  const options = JSON.parse(form.dataset.options);
  return form.dataset.passkey === "make"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function fill(form) {
  const said = form.querySelector("[data-passkey-said]");
  said.textContent = "";
  try {
    const credential = await askBrowser(form);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  } catch {
    said.textContent = form.dataset.refused;
  }
}

document.querySelectorAll("[data-passkey]").forEach((form) => {
  if (!able) return;
  form.querySelector("[data-passkey-without]").hidden = true;
  form.querySelector("[data-passkey-button]").hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    fill(form);
  });
});
