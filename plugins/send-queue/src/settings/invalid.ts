/** The configuration says something that is not allowed; nothing was started. */
export class SettingsInvalid extends Error {
  override readonly name = "SettingsInvalid";
}
