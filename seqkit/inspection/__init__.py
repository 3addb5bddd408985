"""Looking into recurrent layers: gradients over distance, Lyapunov exponents, gates, attribution, cost of training."""
