"""The comparison command: RNN, LSTM and GRU on equal terms."""
