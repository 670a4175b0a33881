import type { Command } from "commander";

/** The command `completion`: what a shell needs to complete the others. */
export function addCompletion(program: Command): void {
  program
    .command("completion <shell>")
    .description("print a script for bash, zsh or fish that completes the commands (docs/cli.md)")
    .action((shell: string) => {
      const script = scripts[shell];
      if (script === undefined) {
        process.stderr.write(
          `There is no completion for "${shell}"; there is one for bash, zsh and fish.\n`,
        );
        process.exitCode = 2;
        return;
      }
      process.stdout.write(script(wordsOf(program, "baton")));
    });
}

/** What may come after which commands. */
interface Words {
  readonly path: string;
  readonly words: readonly string[];
}

function wordsOf(command: Command, path: string): readonly Words[] {
  const below = command.commands.map((each) => each.name());
  const flags = command.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
  const inside = command.commands.flatMap((each) => wordsOf(each, `${path} ${each.name()}`));
  return [{ path, words: [...below, ...flags, "--help"] }, ...inside];
}

const bash = (all: readonly Words[]): string => `_baton() {
  local path="baton" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${all.map(({ path }) => `      "${path}") path="$path $word" ;;`).join("\n")}
    esac
  done
  case "$path" in
${all.map(({ path, words }) => `    "${path}") COMPREPLY=($(compgen -W "${words.join(" ")}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join("\n")}
  esac
}
complete -F _baton baton
`;

const fish = (all: readonly Words[]): string =>
  `complete -c baton -f\n${all
    .map(({ path, words }) => {
      const [, ...commands] = path.split(" ");
      const seen = commands.map((each) => `__fish_seen_subcommand_from ${each}`);
      const condition = seen.length === 0 ? "__fish_use_subcommand" : seen.join("; and ");
      return `complete -c baton -n "${condition}" -a "${words.join(" ")}"\n`;
    })
    .join("")}`;

const scripts: Readonly<Record<string, (all: readonly Words[]) => string>> = {
  bash,
  zsh: (all) => `autoload -U +X bashcompinit && bashcompinit\n${bash(all)}`,
  fish,
};
