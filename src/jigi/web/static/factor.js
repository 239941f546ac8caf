// Security keys (WebAuthn): a form with data-key « add », « use » or « login », a hidden field, a button.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const read = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function told(credential) {
  const { response } = credential, said = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = written(response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: written(credential.rawId), type: credential.type, response: said,
    authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function added(form, options) {
  const key = options.creation_options.publicKey;
  const alone = form.querySelector("[name=passwordless]")?.checked;
  const wanted = alone ? { residentKey: "required", requireResidentKey: true, userVerification: "required" } : {};
  return navigator.credentials.create({ publicKey: {
    ...key, challenge: bytes(key.challenge), user: { ...key.user, id: bytes(key.user.id) },
    excludeCredentials: read(key.excludeCredentials), authenticatorSelection: { ...key.authenticatorSelection, ...wanted },
  } });
}

async function used(form, options) {
  const key = options.request_options.publicKey;
  return navigator.credentials.get({ publicKey: { ...key, challenge: bytes(key.challenge), allowCredentials: read(key.allowCredentials) } });
}

async function options(form) {
  const given = document.getElementById("key-options");
  if (given && form.dataset.key !== "login") return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("the site did not answer");
  return answer.json();
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-key]")) {
    form.hidden = false;
    const button = form.querySelector("button"), wrong = form.querySelector("p.wrong");
    button.addEventListener("click", async () => {
      wrong.hidden = true;
      try {
        const credential = await (form.dataset.key === "add" ? added : used)(form, await options(form));
        form.querySelector("[name=credential]").value = told(credential);
        form.submit();
      } catch {
        wrong.textContent = "La clé n’a pas répondu, ou ce n’est pas la bonne. Recommencez, ou prenez un autre moyen.";
        wrong.hidden = false;
      }
    });
  }
}
