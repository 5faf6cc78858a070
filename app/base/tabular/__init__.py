"""Tables that come and go as files: xlsx, xls and csv in, xlsx and csv out."""
