// What Enketo asks of who uses it. No map: its tiles come from elsewhere.
export default {
  experimentalOptimizations: { computeAsync: false },
  excludeNonRelevant: false,
  maps: [],
  googleApiKey: "",
  repeatOrdinals: false,
  validateContinuously: false,
  validatePage: true,
  swipePage: true,
  textMaxChars: 2000,
};
