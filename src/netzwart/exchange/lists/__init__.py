"""Lists of devices as schools and suppliers keep them: any header, any spreadsheet program."""
