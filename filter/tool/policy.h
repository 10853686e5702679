/*
 * policy - what assay policy does beside check and test, a file each
 *
 * argv[0] is the word behind "policy"; the exit status comes back.
 */
#ifndef ASSAY_TOOL_POLICY_H
#define ASSAY_TOOL_POLICY_H

int tool_policy_replay(int argc, char **argv);
int tool_policy_diff(int argc, char **argv);

#endif
