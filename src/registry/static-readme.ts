/** What lies beside a static export, for whoever finds it. */
export const STATIC_README = `MoonBit modules, as files for any web server.

What works without a program: downloads, and what tools read of the JSON API.

  user/OWNER/NAME/VERSION.zip       archives; clients ask for user/OWNER%2FNAME%2FVERSION.zip,
                                    which servers decode to this; the literal name is here too
  user/OWNER/NAME.index             the index of a module: one JSON line a version
  api/v0/modules.json               all modules
  api/v0/modules/OWNER/NAME.json    one, and NAME@VERSION.json
  symbols.zip                       if there are any

What does not work: \`moon update\`. Clients clone the index by Git's smart HTTP and refuse plain
files, so the index needs a server that speaks it: \`moonbit-registry serve\`, or Git's own
http-backend. Newer clients take index and downloads from different places
(\`moonbit-registry setup-client --split\` writes such settings): then this directory can serve
the downloads. Dumb HTTP does not help: clients refuse it.

The JSON API is asked for without the ending .json. With nginx:

  location / { try_files $uri $uri.json =404; }
`;
