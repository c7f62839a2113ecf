/** nginx as a server of static files, where it is installed. Source: nginx.org, core and http modules. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, track } from "./processes.ts";

const PATIENCE_MS = 5_000;

/**
 * @param files what to serve
 * @param site an empty directory for its configuration and what it writes
 * @returns null when nginx is not installed
 */
export async function startNginx(files: string, site: string): Promise<Server | null> {
  const program = Bun.which("nginx");
  if (program === null) return null;
  const port = freePort();
  writeFileSync(join(site, "nginx.conf"), configuration(files, site, port));
  const command = [program, "-p", site, "-e", join(site, "error.log"), "-c", "nginx.conf"];
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "ignore" });
  track(child);
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return { url, [Symbol.dispose]: () => child.kill() };
}

/** One worker, as the other servers have one thread; an access log, as this program writes one. */
function configuration(files: string, site: string, port: number): string {
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
${temporary.join("")}  server {
    listen 127.0.0.1:${port};
    root ${files};
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

/** Waits until something answers there, whatever it says. */
async function answers(url: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await (await fetch(url)).bytes();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await Bun.sleep(10);
    }
  }
}
