"""/chocs/declencheurs/: the rules that ask for help, what each would have said, several compared, a day replayed."""
