/* The command line: contract, section 1. */
#ifndef SLUICE_APP_CLI_H
#define SLUICE_APP_CLI_H

/* Parses the arguments, loads the configuration and runs the command.  Returns
 * the exit code (see commands.h). */
int cli_main(int argc, char **argv);

#endif
