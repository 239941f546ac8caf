// Questions and warnings of the form engine: the browser's own, which work under every policy.
const said = (content) => content.message ?? content;

export default {
  alert: async (content) => window.alert(said(content)),
  confirm: async (content) => window.confirm(said(content)),
  prompt: async (content, value) => window.prompt(said(content), value),
};
