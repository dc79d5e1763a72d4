"""Fair use: who calls, budgets by caller, and the gates at which statements wait their turn."""
