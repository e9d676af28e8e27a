"""LibreOffice as a second opinion: what it computes and how it draws our workbooks."""
