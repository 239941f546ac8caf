"""The accounts: statements by any dimension down to the household's line, trial balance, periods, fees, advances."""
