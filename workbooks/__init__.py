"""The workbooks a person opens, and the definitions they are built from."""
