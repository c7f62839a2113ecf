/** `registry.toml`: finding, reading, checking and editing it. Knows nothing of what settings do. */
export { boundAddress, serverAddress } from "./address.ts";
export { isText, isUrl, parseInterval, urlCheck } from "./checks.ts";
export { expand, unsetVariables } from "./env.ts";
export { requireSource } from "./find-source.ts";
export { loadConfig } from "./load.ts";
export { CONFIG_NAME, findRegistry } from "./locate.ts";
export { nearest } from "./nearest.ts";
export type { Auth, Config, ProviderConfig, ProviderType, SourceConfig } from "./schema.ts";
export {
  forgetPackages,
  getSetting,
  listSettings,
  rememberPackages,
  setSetting,
  settingLine,
} from "./settings.ts";
export {
  chooseDefaultSource,
  type NewCredentials,
  type NewSource,
  PRESET_NAMES,
  type Preset,
  registerSource,
  switchSource,
  unregisterSource,
} from "./sources.ts";
export { defaultConfigText } from "./template.ts";
