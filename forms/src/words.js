// The sentences of the form engine, in French.
const WORDS = {
  "constraint.invalid": "Cette réponse n’est pas possible.",
  "constraint.required": "Cette question attend une réponse.",
  "form.required": "obligatoire",
  "alert.gotonotfound.msg": "La question « __path__ » n’est pas dans ce questionnaire.",
  "alert.valuehasspaces.multiple": "Le choix « __value__ » contient une espace : prévenez votre superviseur.",
  "confirm.repeatremove.heading": "Retirer ?",
  "confirm.repeatremove.msg": "Retirer cette partie et toutes ses réponses ?",
};

export function t(key, options = {}) {
  return (WORDS[key] ?? key).replace(/__([^_]+)__/g, (_, name) => options[name] ?? "");
}
