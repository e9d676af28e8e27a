"""What runs inside LibreOffice: Python 3.10, the standard library, UNO, and the pure floors of `scorecard`."""
