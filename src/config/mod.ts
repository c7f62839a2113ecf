/** `registry.toml`: finding, reading, checking and editing it. Knows nothing of what settings do. */
export { serverAddress } from "./address.ts";
export { isRemoteUrl, isText, isUrl, parseInterval, urlCheck } from "./checks.ts";
export { addSource, removeSource, type SourceTable, setSourceValue, setValue } from "./edit.ts";
export { expand } from "./env.ts";
export { loadConfig, parseConfig, readConfig } from "./load.ts";
export { CONFIG_NAME, findRegistry } from "./locate.ts";
export { nearest } from "./nearest.ts";
export type {
  Auth,
  Config,
  IndexType,
  ProviderConfig,
  ProviderType,
  SourceConfig,
  SourceType,
} from "./schema.ts";
export {
  forgetPackages,
  getSetting,
  listSettings,
  rememberPackages,
  type Setting,
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
  requireSource,
  switchSource,
  unregisterSource,
} from "./sources.ts";
export { defaultConfigText } from "./template.ts";
export { writeConfig } from "./write.ts";
