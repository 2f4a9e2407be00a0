import { Command } from "commander";

/**
 * `assay help [command]`. Commander's own takes its exit code from `process.exitCode`, which is a failure until there is an outcome, and
 * prints help for whatever it does not know.
 */
export function helpCommand(): Command {
  return new Command("help")
    .description("print the help of a command")
    .argument("[command]", "which one; without it, all of them")
    .helpOption(false)
    .action((name: string | undefined, _options, help: Command) => {
      const assay = help.parent ?? help;
      const command = name === undefined ? assay : assay.commands.find((each) => each.name() === name);
      if (command === undefined) help.error(`error: unknown command '${name}'`);
      command.outputHelp();
    });
}
