"""The operator's command line: `jigi`, one file a package, each verb a thin call of an action."""
