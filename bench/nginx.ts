/** nginx, where it is installed. Source: nginx.org, core and http modules. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missing, type Server, startQuiet, until } from "./processes.ts";

/**
 * Serves static files.
 *
 * @param site a path where nothing is, for its configuration and what it writes
 * @returns null when nginx is not installed
 */
export async function startFileServer(files: string, site: string): Promise<Server | null> {
  return missing("nginx") ? null : await startNginx(`root ${files};`, site);
}

/** @param directives what stands in its `server { … }` */
export async function startNginx(directives: string, site: string): Promise<Server> {
  mkdirSync(site, { recursive: true });
  const port = freePort();
  writeFileSync(join(site, "nginx.conf"), configuration(directives, site, port));
  const nginx = startQuiet("nginx", "-p", site, "-e", join(site, "error.log"), "-c", "nginx.conf");
  const url = `http://127.0.0.1:${port}`;
  // Whatever it says.
  await until(async () => (await fetch(url)).bytes());
  return { ...nginx, url };
}

/** One worker, as the other servers have one thread; an access log, as this program writes one. */
function configuration(directives: string, site: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${site}/${name};\n`,
  );
  return `daemon off;
${process.getuid?.() === 0 ? "user root;\n" : ""}worker_processes 1;
pid ${site}/nginx.pid;
events { worker_connections 256; }
http {
  access_log ${site}/access.log;
  sendfile on;
  keepalive_requests 1000000000;
${temporary.join("")}  types { application/json json; application/zip zip; }
  server {
    listen 127.0.0.1:${port};
    ${directives}
  }
}
`;
}

/** A port that was free a moment ago: nginx cannot choose one. */
function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
