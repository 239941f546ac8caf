"""`python -m jigi` is `jigi`."""

from jigi.command.main import main

main()
