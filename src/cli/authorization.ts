/** What a command tells a host of who it is: the token in `BATON_TOKEN`, if there is one. */
export function authorization(): { readonly authorization?: string } {
  const { BATON_TOKEN: token = "" } = process.env;
  return token === "" ? {} : { authorization: `Bearer ${token}` };
}
